"""`compare`: what two or more corpora differ in, and what was added, dropped or changed between two versions of one."""
