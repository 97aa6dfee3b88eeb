#!/bin/sh
# The window of a test: see window_process_tests.rs.
echo "started $*" >> "$0.log"
while read -r order; do
  echo "$order" >> "$0.log"
  case "$order" in
    close) exit 0 ;;
    'show logs') exit 10 ;;
    'show spend') kill -SEGV $$ ;;
  esac
done
