#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A source in POSIX shell: follows a file to which a dock appends one line a ride: "<ride number> <begin> <end> <metres>", times in
# Unix seconds. The file is its argument, the position the number of lines that were read.
#
#     [[source]]
#     name = "dock-7"
#     exec = ["/usr/local/share/greentill/dock.sh", "/var/spool/dock/rides.txt"]
#
# What is acknowledged it does not read: the file stays where it is.
set -u
file=$1

read -r greeting
position=$(printf '%s\n' "$greeting" | sed -n 's/.*"position":"\([0-9]*\)".*/\1/p')
if [ ! -r "$file" ]; then
  echo "{\"error\":\"$file cannot be read\"}"
  exit 1
fi
echo '{"protocol":"greentill-exec-1","name":"dock","version":"1.0.0"}'

is_number() {
  case $1 in
    '' | *[!0-9]* | ????????????????*) return 1 ;;
  esac
}

# The end of the file is where more will come: tail waits for it, and for the rest of a line that is not whole.
number=${position:-0}
tail -n "+$((number + 1))" -f -- "$file" | while read -r ride begin end metres rest; do
  number=$((number + 1))
  where=${file##*/}:$number
  if is_number "$ride" && is_number "$begin" && is_number "$end" && is_number "$metres" && [ -z "$rest" ]; then
    echo "{\"position\":\"$number\",\"where\":\"$where\",\"transaction\":{\"issuer\":\"dock-7\",\"event_id\":\"$ride\",\"kind\":\"trip\"," \
      "\"mode\":\"bike.shared\",\"begin\":$begin,\"end\":$end,\"quantities\":{\"m.odometer\":$metres}}}"
  else
    echo "{\"position\":\"$number\",\"reject\":{\"where\":\"$where\",\"reason\":\"it is no ride\"}}"
  fi
done
