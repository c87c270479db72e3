/**
 * cli: the command `nestjs-redis-session`, for those who look into Redis: `doctor`, and `sessions list|show|ttl|revoke|memory|monitor`.
 *
 * Flow: words -> command.line (which command, which options) -> a command -> redis.target (connection, store, registry) -> terminal.
 * May import: doctor, session, store, redis, common. Invariants: nothing that opens a session is printed: no secret, no hash of one, no
 * password, no plain id beyond its first characters; what others wrote cannot steer the terminal; sessions are ended by
 * SessionRegistry and in no other way.
 */
export { main } from './main.js';
