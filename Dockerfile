# The page, which listens on port 7860. Flags of app.py may follow the image's name.
FROM python:3.11-slim
WORKDIR /app
COPY requirements.txt requirements-pillow.txt ./
RUN pip install --no-cache-dir --requirement requirements.txt \
    && pip install --no-cache-dir --no-deps --requirement requirements-pillow.txt
COPY app.py ./
COPY mnist_demo mnist_demo
COPY models models
RUN useradd --uid 1000 --create-home page
USER page
EXPOSE 7860
ENTRYPOINT ["python", "app.py", "--host", "0.0.0.0", "--port", "7860"]
