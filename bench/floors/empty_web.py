"""The floor of the web process: FastAPI and uvicorn with one empty page. `empty_web.py PORT`."""

import sys

import uvicorn
from fastapi import FastAPI

app = FastAPI(openapi_url=None)


@app.get("/")
async def page() -> str:
    return ""


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_config=None, access_log=False)
