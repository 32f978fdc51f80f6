"""How any model is trained: trunks and branches, schedules, snapshots, several processes on one trial, probes."""
