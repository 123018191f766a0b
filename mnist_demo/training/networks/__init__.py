"""The nets: a classifier, a detector and a cutter, with their targets and losses."""
