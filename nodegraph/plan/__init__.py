"""The plan: which stages a graph falls into, what is remembered already and what is still to be measured. Runs nothing."""
