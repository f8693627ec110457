"""The persons and organisations we deal with (BIAN: Party Reference Data Directory)."""
