"""The nets: a classifier, a detector, a cutter and a rescorer, with their targets and losses."""
