"""What a campus is: the nouns of the spec, and the catalogue that fills what a spec leaves out."""
