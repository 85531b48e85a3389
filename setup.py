"""Build script: which packages and files are installed. Everything else is in pyproject.toml."""

from setuptools import find_packages, setup

setup(
    packages=find_packages(include=["brainsnn", "brainsnn.*"]),
    package_data={
        "brainsnn": [
            "py.typed",
            "CITATION.cff",
            "cli/templates/*",
            "engine/*/templates/*",
            "learning/equations/templates/*",
        ],
        "brainsnn.analysis": ["templates/*"],
    },
)
