"""What reading a mail and taking in a thousand costs; prints limits beside figures, a JSON object a line."""

import bench_mail_intake
import bench_mail_parse


def main() -> None:
    """Measure and print; a busy machine is no defect, so figures never make it fail."""
    bench_mail_parse.run()
    bench_mail_intake.run()


if __name__ == "__main__":
    main()
