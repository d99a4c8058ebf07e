# MariaDB and MySQL, which differ in names and in how a new data folder is made.
STOP_SIGNAL=TERM
if [ "$DB_ENGINE" = mariadb ]; then
  SERVER=mariadbd CLIENT=mariadb
else
  SERVER=mysqld CLIENT=mysql
fi
# "mariadbd  Ver 10.11.19-MariaDB-..." and "mysqld  Ver 8.4.3 for Linux ..."
RELEASE=$("$SERVER" --no-defaults --version | sed -n 's/.*Ver \([0-9][0-9.]*\).*/\1/p')
SERIES=${RELEASE%.*}
# Of this start alone: the script's own account, over the socket that only this container sees.
OWN_PASSWORD=$(od -An -N 24 -tx1 /dev/urandom | tr -d ' \n')

upgrades_by_itself() {
  true
}

initialize() {
  folder=$1
  shift
  mkdir -p "$folder" || return 1
  if [ "$DB_ENGINE" = mariadb ]; then
    mariadb-install-db --no-defaults --datadir="$folder" --skip-test-db --skip-name-resolve --tmpdir="$TMPDIR" \
      --auth-root-authentication-method=socket --auth-root-socket-user="$(id -un 2> /dev/null || id -u)" \
      --innodb-log-file-size="$DB_LOG_BYTES" "$@"
  else
    mysqld --no-defaults --initialize-insecure --datadir="$folder" --tmpdir="$TMPDIR" \
      --loose-innodb-redo-log-capacity="$DB_LOG_BYTES" "$@"
  fi
}

# Read by the server before it takes connections; one statement a line.
accounts() {
  escaped=$(printf '%s' "$DB_NAME" | sed 's/_/\\_/g')
  printf '%s\n' "ALTER USER 'root'@'localhost' IDENTIFIED BY '$OWN_PASSWORD';"
  printf '%s\n' "DROP USER IF EXISTS ''@'localhost', 'root'@'127.0.0.1', 'root'@'::1';"
  printf '%s\n' "CREATE DATABASE IF NOT EXISTS \`$DB_NAME\` CHARACTER SET utf8mb4;"
  for host in localhost 127.0.0.1; do
    printf '%s\n' "CREATE USER IF NOT EXISTS '$DB_NAME'@'$host' IDENTIFIED BY '$DB_PASSWORD';"
    printf '%s\n' "ALTER USER '$DB_NAME'@'$host' IDENTIFIED BY '$DB_PASSWORD';"
    printf '%s\n' "GRANT ALL PRIVILEGES ON \`$escaped\`.* TO '$DB_NAME'@'$host';"
  done
  if [ -n "$DB_ROOT_PASSWORD" ]; then
    printf '%s\n' "CREATE USER 'root'@'127.0.0.1' IDENTIFIED BY '$DB_ROOT_PASSWORD';"
    printf '%s\n' "GRANT ALL PRIVILEGES ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;"
  fi
}

start_engine() {
  accounts > "$DB_RUN/accounts.sql"
  set -- --datadir="$DATA" --socket="$DB_RUN/engine.sock" --pid-file="$DB_RUN/engine.pid" --tmpdir="$TMPDIR" \
    --skip-name-resolve --performance-schema=OFF --init-file="$DB_RUN/accounts.sql" "$@" \
    --port="$DB_PORT" --bind-address=127.0.0.1
  if [ "$DB_ENGINE" = mariadb ]; then
    set -- --no-defaults --innodb-log-file-size="$DB_LOG_BYTES" "$@"
  else
    # MySQL's X protocol would listen on every address.
    set -- --no-defaults --loose-mysqlx=OFF --disable-log-bin --loose-innodb-redo-log-capacity="$DB_LOG_BYTES" "$@"
  fi
  "$SERVER" "$@" &
  ENGINE=$!
}

own_client() {
  MYSQL_PWD=$OWN_PASSWORD "$CLIENT" --no-defaults --protocol=socket --socket="$DB_RUN/engine.sock" --user=root "$@"
}

answers() {
  own_client --execute='SELECT 1' > /dev/null 2>&1
}

after_start() {
  rm -f "$DB_RUN/accounts.sql"
  # MySQL upgrades its own tables; MariaDB wants to be asked.
  if [ "$DB_ENGINE" = mariadb ] && [ -e "$DB_FOLDER/version" ] && [ "$(cat "$DB_FOLDER/version")" != "$DB_ENGINE $SERIES $RELEASE" ]; then
    say "Upgrading the data to $RELEASE"
    MYSQL_PWD=$OWN_PASSWORD mariadb-upgrade --no-defaults --socket="$DB_RUN/engine.sock" --user=root >&2 ||
      note "The data could not be upgraded to $RELEASE completely. Tell the operators of this hub."
  fi
}

# Its files have their size from the beginning.
write_out() {
  :
}

# Without a byte left MariaDB waits for room until it is killed.
before_stop() {
  [ "$(free_space)" -ge 2048 ] || rm -f "$DB_FOLDER/reserve"
}

load_file() {
  content "$1" | MYSQL_PWD=$DB_PASSWORD "$CLIENT" --no-defaults --protocol=socket --socket="$DB_RUN/engine.sock" \
    --user="$DB_NAME" --local-infile=1 --default-character-set=utf8mb4 "$DB_NAME"
}

# $MYSQL_HOME/my.cnf is read by every client; the password is in the notebook's environment only.
client_files() {
  printf '[client]\ndefault-character-set=utf8mb4\nuser=%s\nhost=127.0.0.1\nport=%s\n[mysql]\ndatabase=%s\n' "$DB_NAME" "$DB_PORT" "$DB_NAME" | share my.cnf
  printf '%s\n' "Your $DB_ENGINE $RELEASE: database and account $DB_NAME, at 127.0.0.1:$DB_PORT." \
    "In a terminal: $CLIENT    In Python: os.environ[\"DATABASE_URL\"]" | share README.txt
}
