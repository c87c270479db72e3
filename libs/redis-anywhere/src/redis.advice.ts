/** What to do on a machine that has no Redis. */
export const ADVICE = `To get a Redis:
  Debian, Ubuntu   sudo apt-get install redis-server
  Fedora           sudo dnf install valkey
  Alpine           sudo apk add redis
  macOS            brew install redis
  Windows          install Docker Desktop, or use WSL, or install Memurai and set REDIS_URL
  anywhere         set REDIS_URL=redis://user:password@host:6379/0 to a server you have, or start Docker (npm package testcontainers)`;
