"""Lists that offices work with: whom a rule says something of, for people to see, no more."""
