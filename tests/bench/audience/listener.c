// Minimal WebRTC listener: ICE (full agent, controlling, one candidate pair) + DTLS client + count SRTP without decrypting.
// A measuring tool and no piece of Cora, kept as it came from the bench that Cora's first figures were taken with, but
// for four things: ADDRESS names the address that it sends from, `ready` tells the certificate's fingerprint, {"op":"first"} when each peer's first packet of sound
// came (seconds of CLOCK_MONOTONIC, 0 while none did), and `stats` how many frames of 20 ms were in the packets: what lies
// between one's timestamp and the next one's, up to three.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <fcntl.h>
#include <errno.h>
#include <time.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/ec.h>

typedef struct { uint32_t ssrc; uint32_t ext; uint32_t first; uint64_t n; uint32_t ts; } Stream;
typedef struct Peer { int fd; int id; char ru[64], rp[128], lu[16], lp[40]; SSL *ssl; BIO *rbio; int ice, dtls, connected, failed; double t0, tnext, tconn, dtlsNext, tfirst; uint8_t txid[12]; uint64_t pk, by, rtcp; Stream s[64]; int ns; struct Peer *next; int nostart; uint8_t rfp[32]; } Peer;
static Peer **peers; static int npeers, cap; static uint64_t pkts, frames, bytes_, connected, failed; static SSL_CTX *ctx; static char fp[100]; static int ep; static BIO_METHOD *wm;
static double now(){ struct timespec t; clock_gettime(CLOCK_MONOTONIC,&t); return t.tv_sec+t.tv_nsec/1e9; }
static int bw(BIO*b,const char*d,int n){ Peer*p=BIO_get_data(b); int r=send(p->fd,d,n,MSG_DONTWAIT); return r<0?n:r; }
static long bc(BIO*b,int c,long n,void*x){ if(c==BIO_CTRL_FLUSH) return 1; if(c==BIO_CTRL_DGRAM_GET_MTU_OVERHEAD) return 28; if(c==BIO_CTRL_DGRAM_QUERY_MTU) return 1200; return 0; }
static int bcr(BIO*b){ BIO_set_init(b,1); return 1; }
static uint32_t crc_t[256];
static void crc_init(){ for(uint32_t i=0;i<256;i++){uint32_t c=i;for(int k=0;k<8;k++)c=c&1?0xEDB88320u^(c>>1):c>>1;crc_t[i]=c;} }
static uint32_t crc(const uint8_t*b,int n){ uint32_t c=~0u; while(n--) c=crc_t[(c^*b++)&255]^(c>>8); return ~c; }
static int stun_finish(uint8_t*b,int n,const char*key){ // add MESSAGE-INTEGRITY + FINGERPRINT
  int l=n-20+24; b[2]=l>>8;b[3]=l; unsigned ml; uint8_t mac[20]; HMAC(EVP_sha1(),key,strlen(key),b,n,mac,&ml); b[n]=0;b[n+1]=8;b[n+2]=0;b[n+3]=20; memcpy(b+n+4,mac,20); n+=24;
  l=n-20+8; b[2]=l>>8;b[3]=l; uint32_t c=htonl(crc(b,n)^0x5354554e); b[n]=0x80;b[n+1]=0x28;b[n+2]=0;b[n+3]=4; memcpy(b+n+4,&c,4); return n+8; }
static void send_check(Peer*p){ uint8_t b[256]; memset(b,0,sizeof b); b[1]=1; uint32_t mc=htonl(0x2112A442); memcpy(b+4,&mc,4); RAND_bytes(p->txid,12); memcpy(b+8,p->txid,12); int n=20; char u[100]; int ul=snprintf(u,100,"%s:%s",p->ru,p->lu); b[n]=0;b[n+1]=6;b[n+2]=ul>>8;b[n+3]=ul; memcpy(b+n+4,u,ul); n+=4+((ul+3)&~3);
  b[n]=0;b[n+1]=0x24;b[n+3]=4; uint32_t pr=htonl(1853817087); memcpy(b+n+4,&pr,4); n+=8; // PRIORITY
  b[n]=0x80;b[n+1]=0x2A;b[n+3]=8; memset(b+n+4,0x5a,8); n+=12; // ICE-CONTROLLING
  b[n]=0;b[n+1]=0x25; n+=4; // USE-CANDIDATE
  n=stun_finish(b,n,p->rp); send(p->fd,b,n,MSG_DONTWAIT); }
static void stun_reply(Peer*p,uint8_t*r,struct sockaddr_in*a){ uint8_t b[128]; memset(b,0,sizeof b); b[0]=1;b[1]=1; memcpy(b+4,r+4,16); int n=20; b[n+1]=0x20;b[n+3]=8;b[n+5]=1; uint16_t pt=ntohs(a->sin_port)^0x2112; b[n+6]=pt>>8;b[n+7]=pt; uint32_t ip=a->sin_addr.s_addr^htonl(0x2112A442); memcpy(b+n+8,&ip,4); n+=12; n=stun_finish(b,n,p->lp); send(p->fd,b,n,MSG_DONTWAIT); }
static void dtls_step(Peer*p){ if(p->dtls) return; int r=SSL_do_handshake(p->ssl); if(r==1){ X509*c=SSL_get1_peer_certificate(p->ssl); uint8_t md[32]; unsigned l=32; int ok=c&&X509_digest(c,EVP_sha256(),md,&l)&&!memcmp(md,p->rfp,32); X509_free(c); if(!ok||!SSL_get_selected_srtp_profile(p->ssl)){ p->failed=1; failed++; fprintf(stderr,"peer %d: fingerprint/profile mismatch\n",p->id); return; } p->dtls=1; p->connected=1; connected++; p->tconn=now()-p->t0; } else { int e=SSL_get_error(p->ssl,r); if(e!=SSL_ERROR_WANT_READ&&e!=SSL_ERROR_WANT_WRITE){ p->failed=1; failed++; ERR_print_errors_fp(stderr);} struct timeval tv; if(DTLSv1_get_timeout(p->ssl,&tv)) p->dtlsNext=now()+tv.tv_sec+tv.tv_usec/1e6; else p->dtlsNext=0; } }
static void rtp(Peer*p,uint8_t*b,int n){ if(n<12) return; if(b[1]>=192&&b[1]<=223){p->rtcp++;return;} if(!p->pk) p->tfirst=now(); p->pk++; pkts++; bytes_+=n; p->by+=n; uint32_t ss; memcpy(&ss,b+8,4); uint16_t q=b[2]<<8|b[3]; uint32_t ts; memcpy(&ts,b+4,4); ts=ntohl(ts); Stream*s=0; for(int i=0;i<p->ns;i++) if(p->s[i].ssrc==ss){s=&p->s[i];break;} if(!s){ if(p->ns==64) return; s=&p->s[p->ns++]; s->ssrc=ss; s->ext=s->first=q; s->n=0; s->ts=ts; } else { int16_t d=q-(uint16_t)s->ext; if(d>0){ s->ext+=d; uint32_t dt=ts-s->ts; frames+=dt>=960&&dt<=2880?dt/960:1; s->ts=ts; } } s->n++; }
static void on_pkt(Peer*p,uint8_t*b,int n){ if(n<1) return; if(b[0]>=128&&b[0]<192) return rtp(p,b,n); if(b[0]>=20&&b[0]<64){ BIO_write(p->rbio,b,n); if(!p->dtls) dtls_step(p); else { uint8_t t[4096]; while(SSL_read(p->ssl,t,sizeof t)>0); } return; }
  if(b[0]<2&&n>=20){ int ty=b[0]<<8|b[1]; if(ty==0x0101){ if(!p->ice){ p->ice=1; p->tnext=now()+2.5; SSL_set_connect_state(p->ssl); dtls_step(p);} } else if(ty==1){ struct sockaddr_in a; socklen_t l=sizeof a; getpeername(p->fd,(void*)&a,&l); stun_reply(p,b,&a);} else if(ty==0x0111){ fprintf(stderr,"stun error\n"); } } }
static char*jstr(char*l,const char*k,char*out,int n){ char key[40]; snprintf(key,40,"\"%s\":",k); char*q=strstr(l,key); if(!q) return 0; q+=strlen(key); int o=0; if(*q=='"'){ q++; while(*q&&*q!='"'&&o<n-1){ if(*q=='\\'){ q++; out[o++]=*q=='n'?'\n':*q=='r'?'\r':*q; q++; } else out[o++]=*q++; } } else while(*q&&*q!=','&&*q!='}'&&o<n-1) out[o++]=*q++; out[o]=0; return out; }
static void attr(char*sdp,const char*k,char*out,int n){ out[0]=0; char*q=strstr(sdp,k); if(!q) return; q+=strlen(k); int o=0; while(*q&&*q!='\r'&&*q!='\n'&&o<n-1) out[o++]=*q++; out[o]=0; }
static void rnd(char*o,int n){ static const char A[]="abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"; uint8_t r[64]; RAND_bytes(r,n); for(int i=0;i<n;i++) o[i]=A[r[i]%62]; o[n]=0; }
static unsigned tcb(SSL*s,unsigned us){ return us==0?50000:us*2>1000000?1000000:us*2; } // Chrome also starts at 50 ms
static const char*here(){ const char*a=getenv("ADDRESS"); return a?a:"127.0.0.1"; }
static void sub(char*id,char*sdp){ Peer*p=calloc(1,sizeof*p); p->id=npeers; p->t0=now(); attr(sdp,"a=ice-ufrag:",p->ru,64); attr(sdp,"a=ice-pwd:",p->rp,128); char c[200]; char*q=sdp; char ip[64]; int port=0; while((q=strstr(q,"a=candidate:"))){ char pr[16],tmp[64]; int comp; if(sscanf(q,"a=candidate:%63s %d %15s %*u %63s %d",tmp,&comp,pr,ip,&port)==5&&comp==1&&(!strcasecmp(pr,"udp"))&&!strchr(ip,':')) break; q++; port=0; }
  attr(sdp,"a=fingerprint:sha-256 ",c,200); for(int i=0;i<32;i++) p->rfp[i]=strtol(c+3*i,0,16);
  p->fd=socket(AF_INET,SOCK_DGRAM|SOCK_NONBLOCK,0); int rb=1<<18; setsockopt(p->fd,SOL_SOCKET,SO_RCVBUF,&rb,sizeof rb); struct sockaddr_in a={.sin_family=AF_INET}; inet_pton(AF_INET,here(),&a.sin_addr); bind(p->fd,(void*)&a,sizeof a); socklen_t l=sizeof a; getsockname(p->fd,(void*)&a,&l); int lport=ntohs(a.sin_port); struct sockaddr_in r={.sin_family=AF_INET,.sin_port=htons(port)}; inet_pton(AF_INET,ip,&r.sin_addr); connect(p->fd,(void*)&r,sizeof r);
  rnd(p->lu,8); rnd(p->lp,24); p->ssl=SSL_new(ctx); p->rbio=BIO_new(BIO_s_mem()); BIO_set_mem_eof_return(p->rbio,-1); BIO*w=BIO_new(wm); BIO_set_data(w,p); SSL_set_bio(p->ssl,p->rbio,w); DTLS_set_timer_cb(p->ssl,tcb); SSL_set_options(p->ssl,SSL_OP_NO_QUERY_MTU); DTLS_set_link_mtu(p->ssl,1200);
  if(npeers==cap){cap=cap?cap*2:256; peers=realloc(peers,cap*sizeof*peers);} peers[npeers++]=p; struct epoll_event e={.events=EPOLLIN,.data.ptr=p}; epoll_ctl(ep,EPOLL_CTL_ADD,p->fd,&e); p->tnext=now();
  // answer: mirror every m-line
  static char out[65536]; int o=0; o+=sprintf(out+o,"v=0\\r\\no=- 1 1 IN IP4 127.0.0.1\\r\\ns=-\\r\\nt=0 0\\r\\n"); attr(sdp,"a=group:",c,200); o+=sprintf(out+o,"a=group:%s\\r\\n",c); char*m=strstr(sdp,"m=audio"); int first=1; while(m){ char*e2=strstr(m+1,"\nm="); char save=0; if(e2){save=e2[1]; e2[1]=0;} char mid[64]; attr(m,"a=mid:",mid,64); int pt=111; char*rm=strstr(m," opus/48000"); if(rm){ char*x=rm; while(x>m&&*x!=':') x--; pt=atoi(x+1);} o+=sprintf(out+o,"m=audio 9 UDP/TLS/RTP/SAVPF %d\\r\\nc=IN IP4 127.0.0.1\\r\\na=recvonly\\r\\na=mid:%s\\r\\na=rtcp-mux\\r\\na=ice-ufrag:%s\\r\\na=ice-pwd:%s\\r\\na=fingerprint:sha-256 %s\\r\\na=setup:active\\r\\na=rtpmap:%d opus/48000/2\\r\\n",pt,mid,p->lu,p->lp,fp,pt); if(first){ o+=sprintf(out+o,"a=candidate:1 1 udp 2130706431 %s %d typ host\\r\\na=end-of-candidates\\r\\n",here(),lport); first=0;} if(e2){e2[1]=save; m=e2+1;} else m=0; }
  printf("{\"op\":\"sub\",\"id\":%s,\"sdp\":\"%s\"}\n",id,out); fflush(stdout); }
static int cmpd(const void*a,const void*b){ double x=*(double*)a,y=*(double*)b; return x<y?-1:x>y; }
static void stats(){ uint64_t mn=~0ull,mx=0,lost=0; for(int i=0;i<npeers;i++){ Peer*p=peers[i]; if(p->pk<mn)mn=p->pk; if(p->pk>mx)mx=p->pk; for(int k=0;k<p->ns;k++) lost+=(uint64_t)(p->s[k].ext-p->s[k].first+1)-p->s[k].n; } if(mn==~0ull)mn=0; printf("{\"op\":\"stats\",\"connected\":%lu,\"failed\":%lu,\"pkts\":%lu,\"frames\":%lu,\"bytes\":%lu,\"sent\":0,\"minPer\":%lu,\"maxPer\":%lu,\"lost\":%ld,\"tconn\":[",connected,failed,pkts,frames,bytes_,mn,mx,(long)lost); int f=1; for(int i=0;i<npeers;i++) if(peers[i]->connected){ printf("%s%.0f",f?"":",",peers[i]->tconn*1000); f=0;} printf("]}\n"); fflush(stdout); }

static void first(){ printf("{\"op\":\"first\",\"at\":["); for(int i=0;i<npeers;i++) printf("%s%.6f",i?",":"",peers[i]->tfirst); printf("]}\n"); fflush(stdout); }

int main(){ crc_init(); wm=BIO_meth_new(BIO_TYPE_SOURCE_SINK|99,"udp"); BIO_meth_set_write(wm,bw); BIO_meth_set_ctrl(wm,bc); BIO_meth_set_create(wm,bcr);
  ctx=SSL_CTX_new(DTLS_client_method()); EVP_PKEY*k=EVP_EC_gen("P-256"); X509*x=X509_new(); X509_set_version(x,2); ASN1_INTEGER_set(X509_get_serialNumber(x),1); X509_gmtime_adj(X509_getm_notBefore(x),-86400); X509_gmtime_adj(X509_getm_notAfter(x),86400*30); X509_set_pubkey(x,k); X509_NAME_add_entry_by_txt(X509_get_subject_name(x),"CN",MBSTRING_ASC,(void*)"load",-1,-1,0); X509_set_issuer_name(x,X509_get_subject_name(x)); X509_sign(x,k,EVP_sha256()); SSL_CTX_use_certificate(ctx,x); SSL_CTX_use_PrivateKey(ctx,k); SSL_CTX_set_verify(ctx,SSL_VERIFY_NONE,0); SSL_CTX_set_tlsext_use_srtp(ctx,getenv("SRTP")?getenv("SRTP"):"SRTP_AES128_CM_SHA1_80");
  uint8_t md[32]; unsigned l=32; X509_digest(x,EVP_sha256(),md,&l); for(int i=0;i<32;i++) sprintf(fp+3*i,"%02X%s",md[i],i<31?":":"");
  ep=epoll_create1(0); struct epoll_event e={.events=EPOLLIN,.data.ptr=0}; fcntl(0,F_SETFL,O_NONBLOCK); epoll_ctl(ep,EPOLL_CTL_ADD,0,&e); printf("{\"op\":\"ready\",\"fp\":\"%s\"}\n",fp); fflush(stdout);
  static char ib[1<<20]; int il=0; static struct epoll_event ev[512]; static uint8_t mb[16][2048]; static struct mmsghdr mh[16]; static struct iovec mi[16]; for(int z=0;z<16;z++){ mi[z].iov_base=mb[z]; mi[z].iov_len=2048; mh[z].msg_hdr.msg_iov=&mi[z]; mh[z].msg_hdr.msg_iovlen=1; } double lastTick=0; int coalesce=getenv("COALESCE_US")?atoi(getenv("COALESCE_US")):0;
  for(;;){ int n=epoll_wait(ep,ev,512,20); for(int i=0;i<n;i++){ Peer*p=ev[i].data.ptr; if(!p){ int r=read(0,ib+il,sizeof ib-il-1); if(r==0) return 0; if(r<0) continue; il+=r; ib[il]=0; char*nl; while((nl=strchr(ib,'\n'))){ *nl=0; static char op[32],id[64],sdp[262144]; jstr(ib,"op",op,32); if(!strcmp(op,"sub")){ jstr(ib,"id",id,64); jstr(ib,"sdp",sdp,sizeof sdp); sub(id,sdp);} else if(!strcmp(op,"stats")) stats(); else if(!strcmp(op,"first")) first(); else if(!strcmp(op,"quit")) return 0; int rest=il-(nl+1-ib); memmove(ib,nl+1,rest+1); il=rest; } } else { int m=recvmmsg(p->fd,mh,16,MSG_DONTWAIT,0); for(int z=0;z<m;z++) on_pkt(p,mb[z],mh[z].msg_len); } }
    double t=now(); if(t-lastTick>=0.02){ lastTick=t; for(int i=0;i<npeers;i++){ Peer*p=peers[i]; if(p->failed) continue; if(t>=p->tnext){ send_check(p); p->tnext=t+(p->ice?2.5:0.05);} if(p->ice&&!p->dtls&&p->dtlsNext&&t>=p->dtlsNext){ DTLSv1_handle_timeout(p->ssl); dtls_step(p);} } }
    if(coalesce&&n<64) usleep(coalesce);
  } }
