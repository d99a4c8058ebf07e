# From an empty volume, or any other, to a database that answers; then until somebody ends it.
TMPDIR=${TMPDIR:-/tmp}
rm -f "$DB_RUN/started" "$DB_RUN/notes"
[ ! -e "$DB_RUN/failed" ] || stay
trap stop_engine TERM INT
mkdir -p "$DB_FOLDER" 2> /dev/null && chmod 0755 "$DB_FOLDER" && [ -w "$DB_FOLDER" ] ||
  problem "The disk of your database can't be written. Tell the operators of this hub: it wants a file system group."
[ -n "$RELEASE" ] || problem "The image has no $DB_ENGINE. Tell the operators of this hub."
count_endings
check_data
give_reserve
initialize_once "$@"
[ -z "$STOPPING" ] || exit 0
: > "$DB_RUN/running"
start_engine "$@"
wait_for_answer
after_start
load_sources
printf '%s\n' "$DB_ENGINE $SERIES $RELEASE" > "$DB_FOLDER/version.new" && mv -f "$DB_FOLDER/version.new" "$DB_FOLDER/version" ||
  note "The disk of your database is full. Delete what you do not need."
keep_reserve
tell
# The probe prints it once, so that the hub reads it.
[ -z "$NOTES" ] || printf '%s' "$NOTES" > "$DB_RUN/notes"
: > "$DB_RUN/started"
say "$DB_ENGINE $RELEASE answers at 127.0.0.1:$DB_PORT"
wait "$ENGINE"
finish
