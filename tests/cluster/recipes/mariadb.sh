# MariaDB with the numeric user, paths and command names of the official image.
groupadd --system --gid 999 mysql
useradd --system --uid 999 --gid 999 --home-dir /var/lib/mysql --shell /usr/sbin/nologin mysql
apt-get update -qq
apt-get install -y -qq --no-install-recommends mariadb-server-core mariadb-client-core >/dev/null
# The official image has the administration client; Debian's package of it would bring all of Perl along.
cd /tmp
apt-get download -qq -o APT::Sandbox::User=root mariadb-client
dpkg-deb --fsys-tarfile mariadb-client_*.deb | tar --extract --directory=/ ./usr/bin/mariadb-admin ./usr/bin/mariadb-dump
apt-get clean
rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/*.log /var/log/apt
mkdir -p /var/lib/mysql /docker-entrypoint-initdb.d /etc/mysql/conf.d
chown 999:999 /var/lib/mysql
chmod 1777 /var/lib/mysql
install -m 755 /run/recipes/mariadb-entrypoint /usr/local/bin/docker-entrypoint.sh
printf '#!/bin/sh\nexec mariadb-admin --protocol=tcp --host=127.0.0.1 ping\n' > /usr/local/bin/healthcheck.sh
chmod 755 /usr/local/bin/healthcheck.sh
