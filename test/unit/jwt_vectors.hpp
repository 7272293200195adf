#pragma once

#include <array>
#include <string>
#include <string_view>

// Keys and tokens made by another implementation (Node's crypto): each token says {"role":"editor",
// "sub":"01890a5d-ac96-774b-bcce-b302099a8057"} and has no other claim.
namespace pg_booking::jwt::test {

struct Vector {
  std::string_view algorithm;
  std::string_view key;  // without "alg"
  std::string_view token;
};

inline constexpr std::string_view kRsaKey =
    R"({"kty":"RSA","n":"vV_TgORHCZHS47TFsFG8anMYv3fqtBdzKLtvusPYQMi9IBhs_NH9ajbWz9YnsQWmEHgaEm)"
    R"(dFE7FsSYgg8quDnzAoeb1abwD7ys5F0vzrtE-egarEBSB56ckPAsPoXR7OkOsbsSbfZjCNrujacXl9rfJg4sWEXG)"
    R"(nld-jA9w4XdThyZArJpM2jZNs1-UdBilrYwUC3nmyIYvnjQh-85SgBWQdJJzD6e0CMwawki-iKR3UsWeNqkexERg)"
    R"(IrR6DxXq2-oMcLmSipQn_XvAkrthrQrOJPsIM0s1VJup_QcE6kWw4n4PzlwQ_JBXznjLW4c211f8VXXEkIzuqhvz)"
    R"(-TGBr1-w","e":"AQAB"})";
inline constexpr std::string_view kSecretKey =
    R"({"kty":"oct","k":"a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2)"
    R"(tra2tra2tra2traw"})";

inline constexpr std::array kVectors = {
    Vector{"RS256", kRsaKey,
           R"(eyJhbGciOiJSUzI1NiJ9.eyJyb2xlIjoiZWRpdG9yIiwic3ViIjoiMDE4OTBhNWQtYWM5Ni03NzRiLWJjY2UtYjM)"
           R"(wMjA5OWE4MDU3In0.JXY8cOQ1gwk5RFknKBRyEPh0KnUfD-QRurpzto4ANmX_9SmO0WWTb4r0V3fTlkG-ulxCSJW)"
           R"(O8sCpVmh17NFaLcWRwvH_b-bflClqDS7xbvyv9wW7ivbAh7c8Fr86BdkaRXw91egvoZEFjDFiSduAF6goZFM0VLJ)"
           R"(BajCNtwhQRERdZHncfIOBBUm6C3mUKSjVTtcJAgXU0wYFbKNcssOQplPJmSRaoUq2FiwyLdN0nImKUmLlsXlCBjr)"
           R"(eNgOaqMCmy740ILFwb_b157cKCFjqMVf2TzV_w-pJI_urWkbN96BYAJ3wQ_kLseXlVF7zfXOOZYQnD9GlUuMhuhT)"
           R"(dUNCF9g)"},
    Vector{"RS384", kRsaKey,
           R"(eyJhbGciOiJSUzM4NCJ9.eyJyb2xlIjoiZWRpdG9yIiwic3ViIjoiMDE4OTBhNWQtYWM5Ni03NzRiLWJjY2UtYjM)"
           R"(wMjA5OWE4MDU3In0.btJM9NoNoh4y2pwBQb4m2Ctwk6aRXZEfJ1S_bkLkV5Kp0RbCctl2E4QzK-LKSJTdhIdXTJN)"
           R"(FcNzJVy2Mb7OnhjLvE93ZaiM8n6_utjQbkSWZXy4_930n7G8F287FYk2k-_IllXsNG3lAP5HmPU9B4F7Xo2T5vap)"
           R"(VczrLLZ_Z3ynj9qUcl8DK4ngV-ZEquicGRPhhVk2PeKovl9r0QQMwy0P9Vt4DReQBcYT7y-ZD-Y0KcOstTfdtG-q)"
           R"(dRV44xvOwJ2HbtuM_dOlDo8PMEY1ysuyUVSSgfOIGHlnvVhOkz5chl2Ag_X2LuLRED1pucAuSEg8jSy2CK93e5JG)"
           R"(5CsPk2Q)"},
    Vector{"RS512", kRsaKey,
           R"(eyJhbGciOiJSUzUxMiJ9.eyJyb2xlIjoiZWRpdG9yIiwic3ViIjoiMDE4OTBhNWQtYWM5Ni03NzRiLWJjY2UtYjM)"
           R"(wMjA5OWE4MDU3In0.t-LhR0r3i-pVId12IUvKOfV_SWt4xrysK6I8TxnZeBtN0njyNgUpTbhgv3gIGlYZ9yiM1VK)"
           R"(k1XaQFCHK6TsptAQezKjW56XpglslTIILQUcwpEtISi_P5QAhLw4HbCviuRSNBif_YDF8nSVCJk5xEtDScRBVSTf)"
           R"(qFObBNVCuKkw7aEXWUM73lLvNTOzrfaVzjxRPDCiYCE01rJ5ccEpJQQXxa0kRY5Hw6J5mMJsD6sC3DX2_KwsrgqI)"
           R"(5BK8quc2tFupmRkFqOrcOXbLEoycOFMLx74_AqwcbbPxjCUjq3gConuS5c9vd_mu_H9H4oJ58IG8V4fbSHaUYLdh)"
           R"(KRq8UkQ)"},
    Vector{"PS256", kRsaKey,
           R"(eyJhbGciOiJQUzI1NiJ9.eyJyb2xlIjoiZWRpdG9yIiwic3ViIjoiMDE4OTBhNWQtYWM5Ni03NzRiLWJjY2UtYjM)"
           R"(wMjA5OWE4MDU3In0.AlZa4_brxrzUw-BOMWKeKymX_yQRsuKD2jkap8gm_07ZtYiNZ4dX6jTs2i0H0e-fbzBK4tM)"
           R"(EbKiiEHeG5DoIjxfLWYiDuEvfLyiTN70ZlyNrfVPyg9zd9v95HnFiF8q0wRIlR2aHuVKe5P4UgSiBfFiHe6Nc7ow)"
           R"(noBPB6CgPgojqttcWGJ1jGjLA8pGFM__IyJIKI0djCa6Jx4aBo21x5V03WoPJesUaFAUacAUkumtpnMTk0QQDByy)"
           R"(7gQfng9KQ3zZP52KDXDMBLBIZv4PwYSTp6Ge3vnoxgatC10_wKfFdHZ-H3tPMmxBDHpqI1TZ-BrZW9hf-SarmOLa)"
           R"(cEYrLFA)"},
    Vector{"PS384", kRsaKey,
           R"(eyJhbGciOiJQUzM4NCJ9.eyJyb2xlIjoiZWRpdG9yIiwic3ViIjoiMDE4OTBhNWQtYWM5Ni03NzRiLWJjY2UtYjM)"
           R"(wMjA5OWE4MDU3In0.p2elv0o7-TK3T6pRf7_I10ngRFnLOZW1iyzZQGDlctf7YEJhATOALfonqB-TcYvepxPF5qt)"
           R"(MCtph8w8-Cr0hzaMk5DaODcpQIJm-v612eRGTsRLYWb58u_pybBL2UpBDsNmCyhVY6yPHjOi-dXWcqGVeFFofYqq)"
           R"(d8vd6za8nMne9_Rk62N9ISxOgksVBfJegIiLMEIUM9mJEtk2RDPuHhLODcavk525j6rUB1HpvycUWXETSj5yJ8bL)"
           R"(QHPzq9hepnA0I590iXw_K4gFQlWYuSuEzb2rG0uix0-DlH9TlOaBekg1u08i989Jr9bsI6wtgDlp0lGdTxEZ0Iwd)"
           R"(E7F9TDQ)"},
    Vector{"PS512", kRsaKey,
           R"(eyJhbGciOiJQUzUxMiJ9.eyJyb2xlIjoiZWRpdG9yIiwic3ViIjoiMDE4OTBhNWQtYWM5Ni03NzRiLWJjY2UtYjM)"
           R"(wMjA5OWE4MDU3In0.F6lQf1VmBQl0QpvFTNulo_fb_C5pGRJ-WUpLFSmBrLxPXcacNNzCBfIiQtT4NSZCOdHCoAz)"
           R"(cMewWEpJ9NnqLA58jfCEAWvjfYN_hNCYx8krTDtjpVERaq_HOx6LCmJHBIInCNvfL1AEN0vwrvMIZMtyKbdb5eO6)"
           R"(A1yYuQLRFwalhvCqdMLtpQgEPWrlZmilJkjvHKuOEsbfLhpw5g69WiVWJZS6IIpEH5vzqoBtlPina2RYrOiATLcv)"
           R"(P0sZJo-q9NcjpxnUF2NtwzREKhtOcfTMlpCg_rVg4gm3JGcywZ3K6X_xUhIy8kqaNIgwAAvW_yvIvpSgHjy8fwFS)"
           R"(bgtPevg)"},
    Vector{"ES256",
           R"({"kty":"EC","x":"gTX2XA2p44P4I0LGsyqPciL_b-y5dwPG7E2HrT9XhaU","y":"z0c95IuryQRAvp58e7XS-)"
           R"(-ut23w7Z8Cr506YNngpUPg","crv":"P-256"})",
           R"(eyJhbGciOiJFUzI1NiJ9.eyJyb2xlIjoiZWRpdG9yIiwic3ViIjoiMDE4OTBhNWQtYWM5Ni03NzRiLWJjY2UtYjM)"
           R"(wMjA5OWE4MDU3In0.I3wxMvELUq2LcPpCWQDDrCFf1O3F2yMrRAovOU56ApOHk4SBd7Vc6kAGoorq-B---eWTM7s)"
           R"(guS76nnFmvJkQDA)"},
    Vector{"ES384",
           R"({"kty":"EC","x":"qwgl8ljmLteEpgUo5XrADuqONMMJGPcJTidW2dtmgebCWuxLdA4uPIe392sWoST6","y":")"
           R"(t34vgxRhdzaDRbElY6sJREIHbgEef2d5QL0utmznZRL8Ii1efjlnPQsR-TBiQ9fU","crv":"P-384"})",
           R"(eyJhbGciOiJFUzM4NCJ9.eyJyb2xlIjoiZWRpdG9yIiwic3ViIjoiMDE4OTBhNWQtYWM5Ni03NzRiLWJjY2UtYjM)"
           R"(wMjA5OWE4MDU3In0.1na26Uy7gJvmU8wBlq-cSoVcPcz-xAdOCs0_C2Xq4SeM_KZye3OTcf9ZMc1ECJ6z5Yz5B1Z)"
           R"(9lrk0P8w30-jQunquH60Wbvyn7NMrdT6W1UmIYKP4Yv2j5cFjzE3kAZ5k)"},
    Vector{"ES512",
           R"({"kty":"EC","x":"AYI_-3VvaMyTjUdfr_E1Q_kAQkvBD7y5oQ7yB-4PYAPh1JuPAd2StmDIqvRkbtqFrbUzpvL)"
           R"(ox3njGAoq5YgHRIgB","y":"AUSrZSAb3mUnqEDMQG4jv97CWU4_RYBHIHse32QA5M-z-EvZhCIY3mZFqTwC3s-C)"
           R"(rTwfXH9U1GF6iz62WYTUypjm","crv":"P-521"})",
           R"(eyJhbGciOiJFUzUxMiJ9.eyJyb2xlIjoiZWRpdG9yIiwic3ViIjoiMDE4OTBhNWQtYWM5Ni03NzRiLWJjY2UtYjM)"
           R"(wMjA5OWE4MDU3In0.AbDKh2hZiV2-597Lf-Ahd4S-Zi7bw0pf7SQ-bGlLoqDn2iVi6OKWVOEToKxbtocigoLzkxk)"
           R"(vp0ZLjYw20vxUNOGGAfC_0OWabSN1uBMLmW9TlEY9Z6tWa8r671Jlq188SbAONopom-qpc8mQhWlq0qovz7bFO-q)"
           R"(wiuNdEMsxQ2J9Ub4A)"},
    Vector{"EdDSA", R"({"crv":"Ed25519","x":"ZTo2MZ3Z7rSXxn6_1EoJQqLZFqLxDRVsBUw7F3IPFlE","kty":"OKP"})",
           R"(eyJhbGciOiJFZERTQSJ9.eyJyb2xlIjoiZWRpdG9yIiwic3ViIjoiMDE4OTBhNWQtYWM5Ni03NzRiLWJjY2UtYjM)"
           R"(wMjA5OWE4MDU3In0.0BP32eTy_vJFfceRTwrEhi4MubtP5Js7VJktMiaVYvJztrYvItFcpD-EgY6Hh02jM13nLSY)"
           R"(6kGkL-ghEaxWGDg)"},
    Vector{"EdDSA",
           R"({"crv":"Ed448","x":"v2ip1ALquVdJRxosJKLsDxvOKQRIqeAQSPGW7DwH1DtaFrv9giXZHrBotYKdCKXWvidz)"
           R"(hdRobPSA","kty":"OKP"})",
           R"(eyJhbGciOiJFZERTQSJ9.eyJyb2xlIjoiZWRpdG9yIiwic3ViIjoiMDE4OTBhNWQtYWM5Ni03NzRiLWJjY2UtYjM)"
           R"(wMjA5OWE4MDU3In0.9j83S-PlwRBDJLfs8ZaVOCuGyekGFqwltKJjFTuPKhZjfY-hQBu8b5QMh4wysexIw7raYKE)"
           R"(D3LgAet2Ih2LyGswZ-4yZzFs8uS259-6HDW-vSkq0TOKmMpa0Dy2cE94iUC53ekdtg0rtaiW81UoOry4A)"},
    Vector{"HS256", kSecretKey,
           R"(eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiZWRpdG9yIiwic3ViIjoiMDE4OTBhNWQtYWM5Ni03NzRiLWJjY2UtYjM)"
           R"(wMjA5OWE4MDU3In0.o4hwFhRnwrq4NBuvnRLHePZf13t6_r4RSBwllR3FdR0)"},
    Vector{"HS384", kSecretKey,
           R"(eyJhbGciOiJIUzM4NCJ9.eyJyb2xlIjoiZWRpdG9yIiwic3ViIjoiMDE4OTBhNWQtYWM5Ni03NzRiLWJjY2UtYjM)"
           R"(wMjA5OWE4MDU3In0.kZ9h83IBWNSSMiVuI84GM2bDP6r7wJyeyKFGinZaOaAlUmtUzT7MZJya-fU47byl)"},
    Vector{"HS512", kSecretKey,
           R"(eyJhbGciOiJIUzUxMiJ9.eyJyb2xlIjoiZWRpdG9yIiwic3ViIjoiMDE4OTBhNWQtYWM5Ni03NzRiLWJjY2UtYjM)"
           R"(wMjA5OWE4MDU3In0.9mrS4p9Ll9sdaqXvc-f_1WVD4hzaWxTpsZ5OMg7DNZyPDIqScVd4qSN1XxBIZNff2bYeWqN)"
           R"(k3LCdRIiaFmTtrg)"},
};

}  // namespace pg_booking::jwt::test
