#!/bin/sh
# fetch-source.sh <package> <directory>: unpacks the source of a Debian package into the directory,
# from the archives this machine has its packages from. Changes nothing else and needs no root.
set -eu
package=$1
directory=$2
work=$directory.work
rm -rf "$directory" "$work"
mkdir -p "$work/parts" "$work/lists/partial" "$work/cache/archives/partial" "$work/source"

# The machine's own lists, for sources instead of packages. Only Debian's archives have them.
for list in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
  if [ -f "$list" ] && grep -q '/debian' "$list"; then
    sed -e 's/^Types: .*/Types: deb-src/' -e '/^Architectures:/d' \
      -e 's/^deb\( \[[^]]*\]\)\{0,1\} /deb-src /' "$list" >"$work/parts/$(basename "$list")"
  fi
done

run_apt() {
  apt-get -qq -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$work/parts" \
    -o Dir::State::Lists="$work/lists" -o Dir::Cache="$work/cache" -o Debug::NoLocking=1 \
    -o APT::Sandbox::User="$(id -un)" "$@"
}

run_apt update
cd "$work/source"
run_apt source --download-only "$package" >&2
for archive in "$package"_*.orig.tar.*; do
  case $archive in
  *.asc) ;;
  *) cmake -E tar xf "$archive" ;;
  esac
done
mv ./*/ "$directory"
rm -rf "$work"
