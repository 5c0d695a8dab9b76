"""The look: colours of both themes from one palette file, fonts, icons. No other file names a colour."""
