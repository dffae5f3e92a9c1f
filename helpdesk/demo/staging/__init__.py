"""Who plays which story when: scenes drawn by chance, and their course from the first word to the end."""
