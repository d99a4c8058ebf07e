# What all engines share. POSIX sh; runs as process 1 of the container, as a user that is not root.
# Given: DB_ENGINE, DB_NAME, DB_PASSWORD, DB_ROOT_PASSWORD (empty: no root account), DB_FOLDER, DB_RUN,
# DB_SHARED (the notebook reads it), DB_INITIAL, DB_DOWNLOADS, DB_SOURCES, DB_PORT, DB_LOG_BYTES, DB_START_SECONDS,
# DB_MESSAGE (a file: why the container ended, for the kubelet).
set -u
umask 077
DATA=$DB_FOLDER/data
ENGINE=
STOPPING=
NOTES=

say() {
  printf '%s\n' "$*" >&2
}

# A file that the notebook's user may read: written whole, then moved.
share() {
  cat > "$DB_SHARED/.new" && chmod 0644 "$DB_SHARED/.new" && mv -f "$DB_SHARED/.new" "$DB_SHARED/$1"
}

# A sentence for the person, beside a database that works.
note() {
  say "$1"
  NOTES="$NOTES$1
"
}

# The database can't be had in this pod. The container ends with the sentence, where the hub reads it, and is
# started anew; then it stays, so that the notebook starts without the database.
problem() {
  if [ -n "$ENGINE" ] && engine_lives; then
    kill "-$STOP_SIGNAL" "$ENGINE"
    wait "$ENGINE"
  fi
  say "$1"
  printf '%s\n' "$1" | share PROBLEM.txt
  : > "$DB_RUN/failed"
  printf '%s' "$1" > "$DB_MESSAGE"
  exit 1
}

stay() {
  trap 'kill $! 2> /dev/null; exit 0' TERM INT
  : > "$DB_RUN/started"
  while :; do
    sleep 3600 &
    wait $!
  done
}

# KiB that are free on the volume.
free_space() {
  df -Pk "$DB_FOLDER" | { read -r _ && read -r _ _ _ left _ && printf '%s' "$left"; }
}

# A little room is kept, and given back when the disk is full: then the engine starts and rows can be deleted.
keep_reserve() {
  [ -e "$DB_FOLDER/reserve" ] || write_out
  if [ "$(free_space)" -gt 16384 ] && [ ! -e "$DB_FOLDER/reserve" ]; then
    dd if=/dev/zero of="$DB_FOLDER/reserve" bs=1024 count=4096 2> /dev/null || rm -f "$DB_FOLDER/reserve"
  elif [ "$(free_space)" -lt 6144 ] && [ ! -e "$DB_FOLDER/reserve" ]; then
    case $NOTES in *"is full"*) ;; *) note "The disk of your database is full: delete what you do not need." ;; esac
  fi
}

give_reserve() {
  if [ "$(free_space)" -lt 2048 ] && [ -e "$DB_FOLDER/reserve" ]; then
    rm -f "$DB_FOLDER/reserve"
    note "The disk of your database is full. A last reserve was freed: delete what you do not need."
  fi
}

# An engine that found no room takes back what it had begun to write, so a few MiB may be free again.
why_not() {
  if [ "$(free_space)" -lt 6144 ]; then
    printf '%s' "The disk of your database is full, so the database could not start. Your data is untouched. Ask for a larger disk."
  else
    printf '%s' "The database could not start: $1. Your data is untouched. Tell the operators of this hub."
  fi
}

# is_newer 11.4 10.11: whether the first is a later series than the second; numbers, part by part.
is_newer() {
  left=$1. right=$2.
  while [ -n "$left" ] || [ -n "$right" ]; do
    a=${left%%.*} b=${right%%.*} left=${left#*.} right=${right#*.}
    [ "${a:-0}" -eq "${b:-0}" ] || { [ "${a:-0}" -gt "${b:-0}" ]; return; }
  done
  return 1
}

# Refuses, untouched, what another engine or a newer release has written.
check_data() {
  [ -e "$DB_FOLDER/version" ] || return 0
  read -r engine series release < "$DB_FOLDER/version"
  if [ "$engine" != "$DB_ENGINE" ]; then
    problem "The data was written by $engine, and this is $DB_ENGINE. It is untouched. Tell the operators of this hub."
  elif is_newer "$series" "$SERIES"; then
    problem "The data was written by $engine $release, and this is the older $RELEASE. It is untouched. Tell the operators of this hub."
  elif [ "$series" != "$SERIES" ] && ! upgrades_by_itself; then
    problem "The data was written by $engine $release, which $engine $RELEASE can't read. It is untouched. Tell the operators of this hub."
  fi
}

# In a folder beside, renamed when it is whole: what was interrupted is begun again.
initialize_once() {
  [ ! -e "$DATA" ] || return 0
  rm -rf "$DATA.new"
  say "Making a new database in $DATA"
  if initialize "$DATA.new" "$@" > "$DB_RUN/initialize.log" 2>&1; then
    # Of this volume alone, where the image's sync can: a whole node may take minutes.
    sync -f "$DATA.new" 2> /dev/null || sync
    mv "$DATA.new" "$DATA"
  else
    cat "$DB_RUN/initialize.log" >&2
    reason=$(why_not "making it failed")
    rm -rf "$DATA.new"
    problem "$reason"
  fi
}

# An engine that ends again and again within minutes is left alone, so that the notebook starts. The memory
# limit kills this script too, so it is counted at the start.
count_endings() {
  count=0 last=0 now=$(date +%s)
  if [ -e "$DB_RUN/running" ]; then
    [ ! -e "$DB_RUN/endings" ] || read -r count last < "$DB_RUN/endings"
    [ $((now - last)) -lt 600 ] || count=0
    count=$((count + 1))
    printf '%s\n' "$count $now" > "$DB_RUN/endings"
  fi
  if [ "$count" -gt 3 ]; then
    problem "The database ends again and again, perhaps for want of memory. Start your server anew, or tell the operators of this hub."
  fi
}

engine_lives() {
  kill -0 "$ENGINE" 2> /dev/null
}

# Waits until it answers. One that still recovers after DB_START_SECONDS is left to it.
wait_for_answer() {
  tries=0
  until answers; do
    if [ -n "$STOPPING" ]; then
      stop_engine
      finish
    fi
    engine_lives || problem "$(why_not "the engine ended")"
    tries=$((tries + 1))
    if [ "$tries" -eq $((DB_START_SECONDS * 5)) ]; then
      note "The database is still starting. It can be used when this sentence is gone."
      tell
      : > "$DB_RUN/started"
    fi
    sleep 0.2
  done
  NOTES=$(printf '%s' "$NOTES" | grep -v 'still starting')
  [ -z "$NOTES" ] || NOTES="$NOTES
"
}

# Each source of first data is loaded once, as the person: never again, whatever came of it.
load_sources() {
  mkdir -p "$DB_FOLDER/initial"
  chmod 0755 "$DB_FOLDER/initial"
  for source in $DB_SOURCES; do
    if [ -e "$DB_FOLDER/initial/$source.failed" ]; then
      note "First data could not be loaded: $(head -n 1 "$DB_FOLDER/initial/$source.failed")"
    elif [ ! -e "$DB_FOLDER/initial/$source.done" ]; then
      load_source "$source"
    fi
  done
}

load_source() {
  found=
  for file in "$DB_INITIAL/$1"/*.sql "$DB_INITIAL/$1"/*.sql.gz "$DB_DOWNLOADS/$1"/*.sql "$DB_DOWNLOADS/$1"/*.sql.gz; do
    [ -f "$file" ] || continue
    found=1
    say "Loading $file"
    if ! load_file "$file" > "$DB_RUN/load.log" 2>&1; then
      cat "$DB_RUN/load.log" >&2
      [ -z "$STOPPING" ] || finish
      grep -i error "$DB_RUN/load.log" > "$DB_FOLDER/initial/$1.failed" || cp "$DB_RUN/load.log" "$DB_FOLDER/initial/$1.failed"
      note "First data could not be loaded: $(head -n 1 "$DB_FOLDER/initial/$1.failed")"
      return
    fi
  done
  if [ -n "$found" ]; then
    : > "$DB_FOLDER/initial/$1.done"
  else
    note "First data was not found. The next start looks for it again."
  fi
}

# Both whole texts and compressed ones.
content() {
  case $1 in
    *.gz) gzip -dc "$1" ;;
    *) cat "$1" ;;
  esac
}

tell() {
  rm -f "$DB_SHARED/PROBLEM.txt"
  [ -z "$NOTES" ] || printf '%s' "$NOTES" | share PROBLEM.txt
  client_files
}

stop_engine() {
  STOPPING=1
  before_stop
  [ -z "$ENGINE" ] || kill "-$STOP_SIGNAL" "$ENGINE" 2> /dev/null
}

# A signal ends `wait` early, so wait until the engine has really gone.
finish() {
  while engine_lives; do
    wait "$ENGINE"
  done
  rm -f "$DB_RUN/started"
  if [ -z "$STOPPING" ]; then
    say "The database ended by itself: it is started again"
    exit 1
  fi
  exit 0
}
