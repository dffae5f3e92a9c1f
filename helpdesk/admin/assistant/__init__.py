"""The first evening: a desk that belongs to nobody becomes somebody's, step by step, each with a default."""
