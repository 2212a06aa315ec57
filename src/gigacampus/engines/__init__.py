"""What happens, in the order in which it happens. Each room has one door; none imports another."""
