"""gigacampus: a planner and digital twin for gigawatt-scale AI campuses."""
