"""Files: opening, saving, recovering, sharing the graph. Asks through `Questions`, changes through the document."""
