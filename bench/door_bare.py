"""The door's yardstick: a bare FastAPI handler that commits the bytes it gets, `python -m bench.door_bare URL PORT`."""

import asyncio
import sys

import sqlalchemy
import uvicorn
from fastapi import FastAPI, Request

from models.database import Database

TABLE = sqlalchemy.Table(
    "bench_arrival",
    sqlalchemy.MetaData(),
    sqlalchemy.Column("number", sqlalchemy.Integer, primary_key=True),
    sqlalchemy.Column("body", sqlalchemy.LargeBinary),
)


def create_app(database: Database) -> FastAPI:
    """One route: keep the bytes, then say so."""
    app = FastAPI()

    def keep(body: bytes) -> None:
        with database.engine.begin() as connection:
            connection.execute(TABLE.insert().values(body=body))

    @app.post("/customs/receipts", status_code=202)
    async def take(request: Request) -> dict[str, bool]:
        await asyncio.to_thread(keep, await request.body())
        return {"kept": True}

    @app.get("/health")
    def health() -> dict[str, bool]:
        return {"well": True}

    return app


def main() -> None:
    """Serve until told to stop."""
    url, port = sys.argv[1], int(sys.argv[2])
    database = Database(url)
    TABLE.create(database.engine)
    uvicorn.run(create_app(database), host="127.0.0.1", port=port, log_config=None, access_log=False)
    database.close()


if __name__ == "__main__":
    main()
