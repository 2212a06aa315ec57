"""Who asks: command line, figures, report."""
