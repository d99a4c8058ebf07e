# PostgreSQL. INT is its fast stop; TERM would wait for every client to leave.
STOP_SIGNAL=INT
# "postgres (PostgreSQL) 15.18 (Debian ...)"
RELEASE=$(postgres --version | sed -n 's/.*PostgreSQL) \([0-9][0-9.]*\).*/\1/p')
SERIES=${RELEASE%%.*}

# A major release reads no other's files.
upgrades_by_itself() {
  false
}

initialize() {
  folder=$1
  initdb --pgdata="$folder" --username=postgres --auth=reject --encoding=UTF8 --locale=C.UTF-8 --wal-segsize=4 \
    --no-instructions
}

start_engine() {
  # A volume with an fsGroup comes with the group's bits set, and PostgreSQL refuses such a folder.
  chmod 0700 "$DATA"
  # Over the socket, which only this container sees, its user may be the superuser or the person.
  printf '%s\n' 'local all all peer map=own' 'host all all 127.0.0.1/32 scram-sha-256' > "$DB_RUN/hba.conf"
  printf '%s\n' "own \"$(id -un)\" postgres" "own \"$(id -un)\" \"$DB_NAME\"" > "$DB_RUN/ident.conf"
  # In a new container the number in this file may be another process's. What it guards against, a second
  # server on the same files, is kept out by a lock, which the server inherits.
  if command -v flock > /dev/null; then
    exec 9> "$DB_FOLDER/lock"
    flock -w 20 9 || problem "The data is in use by another server. Stop that one first."
  fi
  rm -f "$DATA/postmaster.pid"
  postgres -D "$DATA" "$@" -c listen_addresses=127.0.0.1 -c port="$DB_PORT" -c unix_socket_directories="$DB_RUN" \
    -c hba_file="$DB_RUN/hba.conf" -c ident_file="$DB_RUN/ident.conf" -c password_encryption=scram-sha-256 \
    -c min_wal_size=8MB -c max_wal_size="$((DB_LOG_BYTES / 1048576))MB" -c logging_collector=off -c ssl=off &
  ENGINE=$!
}

own_client() {
  psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --host="$DB_RUN" --port="$DB_PORT" --username=postgres "$@"
}

answers() {
  own_client --dbname=postgres --command='SELECT 1' > /dev/null 2>&1
}

after_start() {
  root=NULL
  [ -z "$DB_ROOT_PASSWORD" ] || root="'$DB_ROOT_PASSWORD'"
  own_client --dbname=postgres > /dev/null <<SQL || problem "$(why_not "its account could not be made")"
SELECT 'CREATE ROLE "$DB_NAME"' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '$DB_NAME') \gexec
SET log_statement = none;
ALTER ROLE "$DB_NAME" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '$DB_PASSWORD';
ALTER ROLE postgres PASSWORD $root;
SELECT 'CREATE DATABASE "$DB_NAME" OWNER "$DB_NAME"' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '$DB_NAME') \gexec
SQL
}

# What is still in memory takes its room, so that a stop or a recovery on a full disk needs little.
write_out() {
  own_client --dbname=postgres --command=CHECKPOINT > /dev/null
}

# It ends at once on a full disk, and the next start needs the reserve.
before_stop() {
  :
}

load_file() {
  content "$1" | psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --single-transaction --host="$DB_RUN" --port="$DB_PORT" \
    --username="$DB_NAME" --dbname="$DB_NAME"
}

# psql and libpq read PGHOST and its like, which the notebook has.
client_files() {
  printf '%s\n' "Your PostgreSQL $RELEASE: database and account $DB_NAME, at 127.0.0.1:$DB_PORT." \
    'In a terminal: psql    In Python: os.environ["DATABASE_URL"]' | share README.txt
}
