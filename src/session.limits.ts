/** Bytes that the stored text of one session may have: `session.maxBytes`, and what the page on the size of the session measures by. */
export const MAX_SESSION_BYTES = 64 * 1024;
