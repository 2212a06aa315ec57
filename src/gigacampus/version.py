"""The version of gigacampus, apart from the package so that no room imports the whole house."""

__version__ = "0.1.0"
