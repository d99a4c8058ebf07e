# Run in the fresh Debian tree: the person every pod runs as, and nothing that a container never reads.
# uid 1000 and gid 100 are what Zero to JupyterHub and the Jupyter Docker stacks use.
useradd --uid 1000 --gid 100 --create-home --shell /bin/bash jovyan
chmod 775 /home/jovyan
rm -rf /var/cache/apt/* /var/lib/apt/lists/* /var/log/*.log /var/log/apt /var/cache/debconf/*-old
rm -rf /usr/share/doc /usr/share/man /usr/share/info /usr/share/locale
: > /etc/resolv.conf
echo container > /etc/hostname
printf 'path-exclude=/usr/share/%s/*\n' doc man info locale > /etc/dpkg/dpkg.cfg.d/small
