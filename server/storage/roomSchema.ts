/**
 * What makes each version of `rooms.sqlite` of the one before, the first of an empty file. Written into
 * the file is the number of those that were done, as its `user_version`. Times are in ms since 1970.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE rooms (
    room_id TEXT PRIMARY KEY,
    -- Where the numbers of its phrases begin: another one each time the room begins anew.
    log_id TEXT NOT NULL,
    -- When it was last known to be open.
    seen_ms INTEGER NOT NULL,
    -- What a moderator made of the voice; NULL where it is as the room was made.
    approval TEXT,
    held INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE phrases (
    log_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    author_id TEXT NOT NULL,
    author_name TEXT NOT NULL,
    text TEXT NOT NULL,
    language TEXT NOT NULL,
    draft_id TEXT NOT NULL,
    PRIMARY KEY (log_id, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE bans (
    room_id TEXT NOT NULL,
    peer_id TEXT NOT NULL,
    until_ms INTEGER NOT NULL,
    code TEXT NOT NULL,
    PRIMARY KEY (room_id, peer_id)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  ALTER TABLE bans ADD COLUMN display_name TEXT NOT NULL DEFAULT '';
  ALTER TABLE bans ADD COLUMN at_ms INTEGER NOT NULL DEFAULT 0;
  -- What moderators made of people, as long as the room is open.
  CREATE TABLE standings (
    log_id TEXT NOT NULL,
    peer_id TEXT NOT NULL,
    -- NULL where it is their invitation's.
    role TEXT,
    invited_as TEXT NOT NULL,
    -- What they are in by; NULL where they are not.
    invitation_id TEXT,
    mutes INTEGER NOT NULL,
    PRIMARY KEY (log_id, peer_id)
  ) STRICT, WITHOUT ROWID;
  -- Every room there is, open or not.
  CREATE TABLE book (
    room_id TEXT PRIMARY KEY,
    room_name TEXT NOT NULL,
    -- JSON, as RoomSettingsSchema has it.
    settings TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    -- 1 once anybody came in.
    is_used INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX book_unused ON book (created_ms) WHERE is_used = 0;
  CREATE TABLE invitations (
    -- Counts up with their making.
    number INTEGER PRIMARY KEY,
    room_id TEXT NOT NULL REFERENCES book ON DELETE CASCADE,
    invitation_id TEXT NOT NULL,
    role TEXT NOT NULL,
    label TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    max_uses INTEGER,
    uses INTEGER NOT NULL DEFAULT 0,
    revoked_ms INTEGER,
    -- Whichever comes first.
    end_ms INTEGER NOT NULL,
    UNIQUE (room_id, invitation_id)
  ) STRICT;
  CREATE INDEX invitations_end ON invitations (end_ms);
  -- Who came in with one: the first so many of each, lest strangers fill the disk.
  CREATE TABLE invitation_uses (
    number INTEGER NOT NULL REFERENCES invitations ON DELETE CASCADE,
    peer_id TEXT NOT NULL,
    PRIMARY KEY (number, peer_id)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE INDEX bans_until ON bans (until_ms);
  `,
];
