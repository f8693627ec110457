"""Gates: they judge the facts handed to them and look nothing up above themselves."""
