from headwater.database import migrate

migrate()
