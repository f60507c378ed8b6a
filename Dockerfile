# docker build -t cnnviz .                                  PyTorch as pip gives it, with CUDA: run it with --gpus all
# docker build -t cnnviz --build-arg TORCH_INDEX=ADDRESS .  PyTorch for the CPU alone, some 4 GB less: the address of the
#                                                           CPU's wheels stands on PyTorch's page on how to install it
#
# docker run --read-only --tmpfs /tmp -p 8501:8501 cnnviz
#
# Checked by hadolint and by tests/package/test_deploy.py; not yet built.

# The version that the tests run with.
ARG PYTHON=3.11

FROM python:${PYTHON}-slim-bookworm AS build
ARG TORCH_INDEX=""
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
RUN python -m venv --without-pip /opt/cnnviz
# Each in a layer of its own, what changes most last.
COPY requirements-library.txt requirements.txt requirements-redis.txt requirements-ray.txt ./
RUN grep '^torch' requirements-library.txt > torch.txt \
    && python -m pip --python /opt/cnnviz/bin/python install \
    ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} -r torch.txt
# RAY=yes for --engine ray and ray://HOST:PORT, and for the cluster's own machines.
ARG RAY=""
RUN python -m pip --python /opt/cnnviz/bin/python install -r requirements.txt -r requirements-redis.txt \
    ${RAY:+-r requirements-ray.txt}
COPY . .
RUN python -m pip --python /opt/cnnviz/bin/python install --no-deps .

FROM python:${PYTHON}-slim-bookworm
# A number, so that an orchestrator can see that it is not root. The folder is of that user's own, and so is a volume
# that is first mounted there: weights that are downloaded go to it.
RUN useradd --uid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin cnnviz \
    && install --directory --owner cnnviz /var/cache/cnnviz
COPY --from=build /opt/cnnviz /opt/cnnviz
ENV PATH=/opt/cnnviz/bin:$PATH \
    HOME=/tmp \
    TORCH_HOME=/var/cache/cnnviz \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 10001
WORKDIR /tmp
EXPOSE 8501
# 503 while PyTorch is being loaded, and once where an act takes longer than 2 s: so the third in a row counts.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "from http.client import HTTPConnection as C; c = C('127.0.0.1', 8501, timeout=4); c.request('GET', '/api/health'); raise SystemExit(c.getresponse().status != 200)"]
ENTRYPOINT ["cnnviz"]
CMD ["serve", "--port", "8501"]
