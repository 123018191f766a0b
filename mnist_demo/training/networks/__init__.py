"""The nets: a classifier, a detector, a cutter, a row reader and a rescorer, with their targets and losses."""
