"""A Debian that looks to perild-provision like Amazon Linux 2023.

What stands here is as that system has it: https://docs.aws.amazon.com/linux/al2023/ug/ident-amazon-linux-specific.html
(os-release), its package `nginx` (user, main file, conf.d) and its package `certbot` (certbot-renew.timer). The programs
themselves, SELinux and dnf are Debian's or not there.
"""

from .site import DOMAIN, must

PACKAGES = ["nginx", "certbot", "openssl", "curl", "rpm"]
RELEASE = 'NAME="Amazon Linux"\nVERSION="2023"\nID="amzn"\nID_LIKE="fedora"\nVERSION_ID="2023"\nPRETTY_NAME="Amazon Linux 2023"\n'
NGINX = """
user nginx;
worker_processes auto;
error_log /var/log/nginx/error.log notice;
pid /run/nginx.pid;
events { worker_connections 1024; }
http {
    log_format main '$remote_addr - $remote_user [$time_local] "$request" $status';
    access_log /var/log/nginx/access.log main;
    sendfile on;
    keepalive_timeout 65;
    types_hash_max_size 4096;
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    include /etc/nginx/conf.d/*.conf;
    server {
        listen 80;
        listen [::]:80;
        server_name _;
        root /usr/share/nginx/html;
    }
}
"""


def like_it(machine):
    """From Debian's packages in the machine's own cache."""
    machine.run("apt-get", "install", "--yes", *PACKAGES)
    machine.run("systemctl", "disable", "--now", "certbot.timer")
    units = machine.path("/lib/systemd/system")
    for kind in ("service", "timer"):
        (units / f"certbot.{kind}").rename(units / f"certbot-renew.{kind}")
    machine.path("/etc/cron.d/certbot").unlink()
    machine.run("systemctl", "daemon-reload")
    # Of os-release, what is a link on Debian.
    machine.path("/usr/lib/os-release").write_text(RELEASE)
    machine.run("useradd", "--system", "--user-group", "--no-create-home", "--shell", "/sbin/nologin", "nginx")
    for folder in ("sites-enabled", "sites-available"):
        machine.run("rm", "-r", f"/etc/nginx/{folder}")
    machine.path("/etc/nginx/nginx.conf").write_text(NGINX)
    machine.run("systemctl", "restart", "nginx.service")


def is_provisioned(machine):
    """Where perild-provision puts things on Amazon Linux."""
    must("the site is not in conf.d", DOMAIN in machine.path("/etc/nginx/conf.d/perild.conf").read_text())
    socket = machine.run("stat", "--format=%a %U %G", "/run/perild/perild.sock").strip()
    must("the socket is not nginx's", socket == "660 perild nginx", socket)
    must("certificates are not renewed", machine.status("systemctl", "is-active", "certbot-renew.timer")[0] == 0)
