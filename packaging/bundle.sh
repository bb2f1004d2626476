#!/usr/bin/env bash
# Packs what Maven has built, with a Java runtime, into one archive that needs nothing but Linux on x86-64 and
# glibc: packaging/bundle.sh --jdk FOLDER [--out FILE]. The launcher calls it: ./quern bundle. The same jars
# and the same JDK give the same bytes.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
target=$root/examples/target

# What the jars need of the JDK (BundleTest asks jdeps), and two that it cannot see: JUnit and JCuda log through
# java.logging, and the launcher switches the Vector API on. Of java.desktop only what reads pictures: see LeftOut.java.
modules=java.base,java.desktop,java.logging,java.management,java.net.http,jdk.incubator.vector,jdk.management,jdk.unsupported

fail() {
  echo "quern: $*" >&2
  exit 1
}

usage() {
  echo "Usage: quern bundle [--out=FILE]"
  echo "Packs quern and a Java runtime into an archive that runs on bare Linux hosts."
  echo "      --out=FILE  Default: target/quern-VERSION-linux-x86_64.tar.xz"
}

wrong_usage() {
  echo "quern: $*" >&2
  echo "See 'quern bundle --help'." >&2
  exit 2
}

jdk=${JAVA_HOME:-}
out=
while (($#)); do
  case $1 in
    --jdk=*) jdk=${1#*=} ;;
    --out=*) out=${1#*=} ;;
    --jdk | --out)
      (($# > 1)) || wrong_usage "Missing required parameter for option '$1'"
      set -- "$1=$2" "${@:3}"
      continue
      ;;
    -h | --help) usage && exit ;;
    *) wrong_usage "Unknown option: '$1'" ;;
  esac
  shift
done

[ "$(uname -sm)" = "Linux x86_64" ] || fail "a bundle is for Linux on x86-64 and has to be made there."
for tool in tar xz sha256sum; do
  command -v "$tool" >/dev/null || fail "a bundle needs '$tool', which was not found; install your system's package of it."
done
[ -x "$jdk/bin/jlink" ] || fail "a bundle needs jlink, and there is none in $jdk/bin; point QUERN_JAVA_HOME at a whole JDK."

shopt -s nullglob
own=("$target"/quern-examples-*.jar)
libraries=("$target"/lib/*.jar)
suite=("$target"/suite/*.jar)
((${#own[@]} == 1 && ${#libraries[@]} && ${#suite[@]})) ||
  fail "$target must hold one quern-examples jar, lib and suite; 'mvn clean package' makes them anew."
version=${own[0]##*/quern-examples-}
version=${version%.jar}
name=quern-$version
out=${out:-$root/target/$name-linux-x86_64.tar.xz}
mkdir -p "$root/target"
[ -d "$(dirname "$out")" ] || fail "--out $out cannot be written: its folder does not exist."

stage=$(mktemp -d)
trap 'rm -rf "$stage" "$out.$$"' EXIT
bundle=$stage/$name
mkdir -p "$bundle/bench/peers"

echo "quern: packing (some twenty seconds) ..." >&2
"$jdk/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 "$root/packaging/LeftOut.java" >"$stage/left-out"
natives='**/libawt_xawt.so,**/libfontmanager.so,**/libfreetype.so,**/libjawt.so,**/libjsound.so,**/libmlib_image.so'
natives+=',**/libsplashscreen.so,**/psfont*'
# Not compressed: xz does that better, over all files at once.
"$jdk/bin/jlink" --add-modules "$modules" --output "$bundle/runtime" --strip-debug --no-header-files \
  --no-man-pages --compress zip-0 --exclude-resources="@$stage/left-out" --exclude-files="$natives" >"$stage/log" 2>&1 || {
  cat "$stage/log" >&2
  fail "jlink failed, as above; it needs a JDK that can be linked from, as Temurin's is."
}
# Names of functions that only a debugger reads are a megabyte of the archive; where there is no strip they stay.
if command -v strip >/dev/null; then
  find "$bundle/runtime/lib" -name '*.so' -exec strip --strip-unneeded {} +
fi
mkdir -p "$bundle/lib/suite"
cp "${own[@]}" "${libraries[@]}" "$bundle/lib"
cp "${suite[@]}" "$bundle/lib/suite"
"$jdk/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 "$root/packaging/Jars.java" "$bundle/lib"
cp "$root/quern" "$root/LICENSE" "$root/packaging/README" "$bundle"
cp "$root/bench/gpu-check.sh" "$bundle/bench"
cp "$root"/bench/peers/*.py "$bundle/bench/peers"

build=$(cd "$bundle/lib" && sha256sum -- *.jar suite/*.jar | sha256sum)
commit=$(git -C "$root" describe --always --dirty --abbrev=12 2>/dev/null || echo unknown)
printf '%s\n' "VERSION=\"$version\"" "COMMIT=\"$commit\"" "BUILD=\"${build:0:16}\"" >"$bundle/release"

# Blocks of a fixed size are the same on any number of threads; two, so that there are blocks at all. The
# filter knows the jumps of x86-64 code and saves half a megabyte.
tar --create --sort=name --format=gnu --owner=0 --group=0 --numeric-owner --mode=a+rX,u+w,go-w \
  --mtime=2026-01-01T00:00:00Z --directory="$stage" "$name" |
  xz --threads=2 --block-size=32MiB --x86 --lzma2=preset=6 >"$out.$$"
mv "$out.$$" "$out"
echo "$out ($(($(stat --format=%s "$out") / 1000000)) MB)"
