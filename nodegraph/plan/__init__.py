"""The plan: which stages a graph falls into, what each stage holds. Runs nothing."""
