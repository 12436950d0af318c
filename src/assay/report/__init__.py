"""What people read: a run's table, and runs side by side. Pure: values in, text out."""
