# brainsnn with its compiler and the shipped data set.
#   docker build -t brainsnn .
#   docker run --rm -v "$PWD/runs:/home/brain/runs" brainsnn run s4nn-mnist --preset demo
FROM python:3.12-slim AS wheel
WORKDIR /source
COPY . .
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.12-slim
# Networks are compiled when they are first run.
RUN apt-get update \
    && apt-get install -y --no-install-recommends g++ make \
    && rm -rf /var/lib/apt/lists/*
COPY --from=wheel /wheels /wheels
RUN wheel=$(ls /wheels/*.whl) \
    && pip install --no-cache-dir "$wheel[search]" \
    && rm -rf /wheels
COPY data /data
ENV BRAINSNN_DATA=/data MPLBACKEND=agg
RUN useradd --create-home brain
USER brain
WORKDIR /home/brain
RUN brainsnn list && brainsnn data mnist
ENTRYPOINT ["brainsnn"]
CMD ["--help"]
