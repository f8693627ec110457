"""Rules of lending: the life of an application, the policy, and how a decision is reached."""
