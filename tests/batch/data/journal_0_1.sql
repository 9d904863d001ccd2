BEGIN TRANSACTION;
CREATE TABLE holder (
    one INTEGER PRIMARY KEY CHECK (one = 1), host TEXT NOT NULL, pid INTEGER NOT NULL,
    started REAL NOT NULL, heartbeat REAL NOT NULL
);
CREATE TABLE photo (
    source BLOB PRIMARY KEY, n INTEGER NOT NULL, base BLOB NOT NULL, state TEXT NOT NULL,
    settings TEXT NOT NULL, checkpoint_sha256 TEXT NOT NULL, seen TEXT,
    output BLOB, output_seen TEXT, present TEXT, seconds REAL NOT NULL, device TEXT NOT NULL,
    kind TEXT NOT NULL, sentence TEXT NOT NULL, figures TEXT, scores TEXT
) WITHOUT ROWID;
INSERT INTO "photo" VALUES(X'2F746D702F70686F746F732F7765742F312E706E67',1,X'31','done','{"strength": 1.0, "precision": "fp32", "backend": "auto", "tile": 64, "overlap_px": 16, "name": "{stem}_derained{ext}", "format": "keep", "quality": 95}','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','{"size_bytes": 2396, "mtime_ns": 1796013752235435652, "sha256": "ee1653d78dbc3e34e7f9e5e27c9b504749edfb97ae2d3cf4a463a8a1c01e3797"}',X'315F64657261696E65642E706E67','{"size_bytes": 2396, "mtime_ns": 1796013752618481042, "sha256": ""}',NULL,6.6391699999712727731e-04,'cpu','','','{"width_px": 32, "height_px": 24, "change": {"taken": 10.0, "brightness": -10.0}, "backend": "torch", "precision": "fp32", "tile": "whole", "notes": []}',NULL);
INSERT INTO "photo" VALUES(X'2F746D702F70686F746F732F7765742F322E706E67',2,X'32','skipped','{"strength": 1.0, "precision": "fp32", "backend": "auto", "tile": 64, "overlap_px": 16, "name": "{stem}_derained{ext}", "format": "keep", "quality": 95}','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','{"size_bytes": 2396, "mtime_ns": 1796013752236246237, "sha256": ""}',NULL,NULL,NULL,0.0,'','','/tmp/photos/dry/2_derained.png is there already; --on-conflict overwrite replaces it.',NULL,NULL);
INSERT INTO "photo" VALUES(X'2F746D702F70686F746F732F7765742F332E706E67',3,X'33','failed','{"strength": 1.0, "precision": "fp32", "backend": "auto", "tile": 64, "overlap_px": 16, "name": "{stem}_derained{ext}", "format": "keep", "quality": 95}','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','{"size_bytes": 300, "mtime_ns": 1796013752236372875, "sha256": ""}',NULL,NULL,NULL,0.0,'','PhotoDamaged','/tmp/photos/wet/3.png is damaged or was cut off (vipspng: libpng read error). Copy it again from the camera or the backup.',NULL,NULL);
INSERT INTO "photo" VALUES(X'2F746D702F70686F746F732F7765742F342E6A7067',4,X'34','failed','{"strength": 1.0, "precision": "fp32", "backend": "auto", "tile": 64, "overlap_px": 16, "name": "{stem}_derained{ext}", "format": "keep", "quality": 95}','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','{"size_bytes": 8, "mtime_ns": 1796013752236448578, "sha256": ""}',NULL,NULL,NULL,0.0,'','NotAPhoto','/tmp/photos/wet/4.jpg is not a photo in a format that we know. Save it as JPEG, PNG, TIFF, WebP or BMP and try again.',NULL,NULL);
INSERT INTO "photo" VALUES(X'2F746D702F70686F746F732F7765742F352E706E67',5,X'35','failed','{"strength": 1.0, "precision": "fp32", "backend": "auto", "tile": 64, "overlap_px": 16, "name": "{stem}_derained{ext}", "format": "keep", "quality": 95}','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','{"size_bytes": 0, "mtime_ns": 1796013752236448578, "sha256": ""}',NULL,NULL,NULL,0.0,'','PhotoIsEmpty','/tmp/photos/wet/5.png is empty (0 bytes). Copy it again from the camera or the backup.',NULL,NULL);
INSERT INTO "photo" VALUES(X'2F746D702F70686F746F732F7765742F362E706E67',6,X'36','skipped','{"strength": 1.0, "precision": "fp32", "backend": "auto", "tile": 64, "overlap_px": 16, "name": "{stem}_derained{ext}", "format": "keep", "quality": 95}','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','{"size_bytes": 0, "mtime_ns": 1796013752236448578, "sha256": ""}',NULL,NULL,NULL,0.0,'','','/tmp/photos/wet/6.png is no file but a pipe, a socket or a device, and was not read.',NULL,NULL);
CREATE TABLE thumbnail (
    source BLOB PRIMARY KEY, before BLOB NOT NULL, after BLOB NOT NULL
);
CREATE INDEX photo_by_state ON photo (state, n);
COMMIT;
PRAGMA user_version = 1;
