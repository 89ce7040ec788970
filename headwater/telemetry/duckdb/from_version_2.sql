-- Hashes of later blocks are of 24 bits, which earlier versions of headwater do not look for.

-- name: version
UPDATE store_version SET "Version" = 3;
