"""Every notebook of the project runs, and keeps nothing of the machine it was made on."""
