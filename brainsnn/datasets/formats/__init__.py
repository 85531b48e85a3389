"""Files of data sets: how each format is read and checked."""
