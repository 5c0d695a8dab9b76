"""The command line: one file per command. A client of the engine, like the app."""
