"""The command line: each command calls the Workspace and prints what it answers."""
