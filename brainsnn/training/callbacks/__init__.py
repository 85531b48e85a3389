"""What watches training: progress, health, tables of metrics."""
