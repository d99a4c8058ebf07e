# PostgreSQL with the numeric user, paths and command names of the official image.
groupadd --system --gid 999 postgres
useradd --system --uid 999 --gid 999 --home-dir /var/lib/postgresql --shell /bin/bash postgres
mkdir -p /etc/postgresql-common
echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf
apt-get update -qq
apt-get install -y -qq --no-install-recommends postgresql-15 >/dev/null
apt-get clean
rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/*.log /var/log/apt
# Just-in-time compilation and its LLVM are most of the size and are loaded only by long queries.
rm -rf /usr/lib/postgresql/15/lib/bitcode /usr/lib/postgresql/15/lib/llvmjit*
find /usr/lib -name 'libLLVM*' -delete
mkdir -p /var/lib/postgresql/data /docker-entrypoint-initdb.d
chown -R 999:999 /var/lib/postgresql
chmod 1777 /var/lib/postgresql/data
install -m 755 /run/recipes/postgres-entrypoint /usr/local/bin/docker-entrypoint.sh
