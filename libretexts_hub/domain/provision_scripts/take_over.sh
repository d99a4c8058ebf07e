# Gives a home to the number that its person has now, once. Arguments: home, user, group, file for the
# answer, and the numbers to whose owners homes belonged before.
# The home's own folder comes last: as long as it has the old owner, the next start goes on.
home=$1 uid=$2 gid=$3 answer=$4
shift 4

tell() {
  printf '%s\n' "$1" > "$answer"
  printf '%s\n' "$1"
  exit 0
}

left_of() {
  find "$home" -xdev -mindepth 1 -uid "$1" 2> /dev/null | head -n 1
}

owner=$(stat -c %u "$home") || tell "unknown: the owner of $home can't be read"
[ "$owner" != "$uid" ] || tell "done"
if [ "$owner" = 0 ]; then
  # A new volume belongs to root, and has nothing in it but what its file system made.
  [ -z "$(find "$home" -mindepth 1 -maxdepth 1 ! -name lost+found | head -n 1)" ] || tell "foreign 0"
  chown "$uid:$gid" "$home" || tell "failed: $home can't be given away"
  tell "done"
fi
is_old=
for old in "$@"; do
  [ "$owner" != "$old" ] || is_old=1
done
[ -n "$is_old" ] || tell "foreign $owner"
echo "The home of $owner is given to $uid"
for old in "$@"; do
  find "$home" -xdev -mindepth 1 -uid "$old" -exec chown -h "$uid:$gid" {} +
  [ -z "$(left_of "$old")" ] || tell "failed: files of $old are left"
done
chown "$uid:$gid" "$home" || tell "failed: $home can't be given away"
tell "done"
