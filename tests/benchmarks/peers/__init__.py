"""What other tools do with the same pictures: each file is run by itself in the peers' own environment."""
